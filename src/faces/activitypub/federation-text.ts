import type { FederationRow, ProofName } from './federation-rows/row.ts'
import { federationTable } from './federation-table.ts'

/** FEDERATION.md (FEP-67ff), whole: for those who write other servers. */
export function federationText(): string {
  const rows = Object.values(federationTable).flat()
  return [
    head,
    '## Supported FEPs',
    rows
      .filter(({ fep }) => fep !== undefined)
      .toSorted((a, b) => String(a.fep).localeCompare(String(b.fep)))
      .map(({ fep, feature }) => `- [FEP-${fep}](https://w3id.org/fep/${fep}): ${feature}`)
      .filter((line, at, all) => all.indexOf(line) === at)
      .join('\n'),
    ...Object.entries(federationTable).flatMap(([title, section]) =>
      section.length === 0 ? [] : [`## ${title}`, tableFrom(section)],
    ),
    tail,
  ]
    .map((part) => `${part.trim()}\n`)
    .join('\n')
}

function tableFrom(rows: readonly FederationRow[]): string {
  return ['| | read | said | how | proven by |', '|---|---|---|---|---|', ...rows.map(lineFrom)].join('\n')
}

function lineFrom(row: FederationRow): string {
  const cells = [featureFrom(row), row.in || '–', row.out || '–', row.how ?? '', proofsFrom(row.tests)]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

function featureFrom({ feature, fep, spec }: FederationRow): string {
  if (fep !== undefined) return `${feature} ([FEP-${fep}](https://w3id.org/fep/${fep}))`
  return spec === undefined ? feature : `[${feature}](${spec})`
}

/** `[flows/boosts](test/flows/boosts.test.ts)`, each file once. */
function proofsFrom(tests: readonly ProofName[]): string {
  const files = new Set(tests.map((name) => name.split(' › ')[0] ?? ''))
  return [...files].map((file) => `[${file.slice(5, -8)}](${file})`).join(', ')
}

const head = `
# Federation

How Weft speaks ActivityPub, for those who write other servers (FEP-67ff). Made by \`npm run federation\` from
[the table](src/faces/activitypub/federation-table.ts) in which each line names the tests that prove it.
`

const tail = `
## Ids, delivery, answers

Ids never hold a handle: actors are \`/ap/actors/<id>\`, posts \`/ap/posts/<id>\`, activities \`/ap/activities/<id>\`; pages are \`/@name\`
and \`/@name/<id>\`, and answer ActivityPub when asked for it.

An activity whose actor is not its signer is no more than a hint, whatever signature or proof it carries: the object is asked for at its own server.

### Inbox

Answers 202 when an activity is kept or of no use here, after it is committed; 400 malformed, 401 no or bad signature, 403 blocked, 404 or
410 nobody there, 413 over 1 MB, 415 not JSON or compressed, 421 for another host, 429 with \`Retry-After\`, 503 when it cannot be kept.
The body is one plain line that says why. \`Host\` (or \`@authority\`, \`@target-uri\`) and the digest must be signed; the date may be an hour off.

### Delivery

One attempt at a time for each object and host, in order; four at once for a host. Retried after 1, 5, 15, 30 minutes, 1, 2, 4, 8 and then
every 12 hours, for 3 days, Deletes and Moves for 30; \`Retry-After\` is honoured. 410 ends an inbox, 404 does after 3 days. A host that fails
is probed by one delivery; any request from it that is signed well wakes it.

### Collections

\`outbox\`, \`followers\`, \`following\`, \`featured\`, \`replies\`, \`likes\`, \`shares\` and \`context\` have \`totalItems\` and, wherever there are items, \`first\`.
The outbox holds whole activities with their posts embedded.

### Content

Posts are up to 500 characters; links count as 23, mentions without their host. HTML that comes in is sanitised to links, paragraphs, lists, quotes, code and emphasis.
Visibility: \`to\` Public is public, \`cc\` Public unlisted, the followers collection followers-only, anything else direct.
`
