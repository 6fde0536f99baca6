import { refuse } from '../../../base/refusal.ts'
import { isObject, type Json, listOf } from '../../../translate/json.ts'

/** Nobody writes so much; whatever is within these takes no more than a moment to clean and to keep. */
const MOST = { tag: 300, attachment: 100, oneOf: 500, anyOf: 500, names: 1000, markup: 4000 }
const LISTS = ['tag', 'attachment', 'oneOf', 'anyOf'] as const
/** What is cleaned as HTML, wherever it stands. */
const MARKUP = new Set(['content', 'summary', 'name', 'contentMap', 'summaryMap', 'nameMap'])
/** Of each as much is read. */
const READ = 100_000

/**
 * Refuses what would take long to clean, before anything is cleaned: thousands of tags of either kind.
 * @throws Refusal 'request.invalid' with the reason
 */
export function checkBearable(json: Json): void {
  const counted = { markup: 0 }
  visit(json, counted)
}

function visit(value: Json | undefined, counted: { markup: number }): void {
  if (Array.isArray(value)) for (const item of value) visit(item, counted)
  if (!isObject(value)) return
  for (const name of LISTS)
    if (listOf(value[name]).length > MOST[name]) tooMuch(`more than ${MOST[name]} in ${name}`)
  const members = Object.entries(value)
  if (members.length > MOST.names) tooMuch(`more than ${MOST.names} names in one object`)
  for (const [name, member] of members) {
    if (name === '@context') continue
    if (MARKUP.has(name)) count(member, counted)
    visit(member, counted)
  }
}

function count(value: Json | undefined, counted: { markup: number }): void {
  if (typeof value === 'string') countIn(value, counted)
  else if (Array.isArray(value)) for (const item of value) count(item, counted)
  else if (isObject(value))
    for (const text of Object.values(value)) if (typeof text === 'string') countIn(text, counted)
}

function countIn(text: string, counted: { markup: number }): void {
  for (let at = text.indexOf('<'); at !== -1 && at < READ; at = text.indexOf('<', at + 1)) {
    counted.markup += 1
    if (counted.markup > MOST.markup) tooMuch(`more than ${MOST.markup} tags of HTML`)
  }
}

function tooMuch(reason: string): never {
  refuse('request.invalid', { reason })
}
