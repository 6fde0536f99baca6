import manifest from '../package.json' with { type: 'json' }

/** This release, as semantic versioning has it. */
export const VERSION: string = manifest.version
