// JavaScript that every Node reads, so that one which is too old for the rest can say so.
import * as nodeModule from 'node:module'
import { fileURLToPath } from 'node:url'

if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `Weft needs Node 24 or newer, and this is ${process.versions.node}: start it with npm start, which brings its own on Linux, or install a newer Node.\n`,
  )
  process.exit(1)
}
// Beside the code it belongs to: a folder that others can write to must not hold what we run.
nodeModule.enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/compile', import.meta.url)))
// A module is where the one that imports it says. Node looks after it in four ways, and that was a fifth of a start.
nodeModule.registerHooks({
  resolve(specifier, context, next) {
    const here = specifier.startsWith('.') && /\.[jt]s$/.test(specifier)
    if (!here || !context.conditions.includes('import')) return next(specifier, context)
    return { url: new URL(specifier, context.parentURL).href, shortCircuit: true }
  },
})
await import('./main.ts')
