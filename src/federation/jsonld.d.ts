/** The part of `jsonld` that is used here; the package brings no types. */
declare module 'jsonld' {
  interface RemoteDocument {
    readonly contextUrl: string | null
    readonly documentUrl: string
    readonly document: unknown
  }

  interface CanonizeOptions {
    readonly documentLoader: (url: string) => Promise<RemoteDocument>
    /** whether to throw where a name has no meaning, instead of leaving it out; true when left out */
    readonly safe?: boolean
    readonly signal?: AbortSignal
  }

  const jsonld: {
    /** N-Quads in their canonical order (RDFC-1.0, formerly URDNA2015). */
    canonize(document: unknown, options: CanonizeOptions): Promise<string>
  }
  export default jsonld
}
