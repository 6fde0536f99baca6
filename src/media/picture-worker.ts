import type { PictureResult, PictureTask } from './picture.ts'
import { cleanPicture, fittedPicture, smallPicture } from './picture-work.ts'

/** Runs in a process of its own: `picture-process.ts` starts it, and it ends with whoever did. */
process.once('disconnect', () => process.exit())
process.on('message', (task: PictureTask) => {
  void work(task).then((result) => process.send?.(result))
})

async function work(task: PictureTask): Promise<PictureResult> {
  try {
    switch (task.kind) {
      case 'clean':
        return { done: await cleanPicture(task.source, task.sniffed) }
      case 'small':
        return { done: await smallPicture(task.source, task.sniffed) }
      case 'fitted':
        return { done: await fittedPicture(task.source, task.sniffed, task.size) }
    }
  } catch {
    return {}
  }
}
