import { runProcess } from './process.ts'

await runProcess(async () => (await import('./app.ts')).createApp)
