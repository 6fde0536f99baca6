const NAMES: Readonly<Record<string, string>> = {
  note: 'Note',
  question: 'Question',
  article: 'Article',
  page: 'Page',
  image: 'Image',
  video: 'Video',
  audio: 'Audio',
  document: 'Document',
  event: 'Event',
}

/** What ActivityStreams calls a kind of post; whatever it does not know is something said. */
export function typeOfKind(kind: string): string {
  return NAMES[kind] ?? 'Note'
}
