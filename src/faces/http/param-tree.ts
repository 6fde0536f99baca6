/** A value of a request, whatever kind of body it came in. */
export type Param = string | number | boolean | null | readonly Param[] | Params
export interface Params {
  readonly [name: string]: Param
}

/** Deeper than anything that is asked for. */
const DEEPEST = 6

type Branch = { [name: string]: Leaf }
type Leaf = string | Leaf[] | Branch

/**
 * Builds what a form or a query means by the brackets in its names, as Rails does: `a[]` is a list, `a[k]` a table,
 * `a[][k]` a list of tables, `a[0][k]` a table of tables by their places. A plain name that is there more than once is a
 * list of all its values.
 */
export function treeFrom(pairs: Iterable<readonly [string, string]>): Params {
  const tree: Branch = {}
  for (const [name, value] of pairs) {
    const path = pathOf(name)
    if (path !== undefined) put(tree, path, value)
  }
  return tree
}

/** `a[b][]` is `a`, `b`, ``; what is no such name is taken as it is. Undefined for what no honest app sends. */
function pathOf(name: string): readonly string[] | undefined {
  const [, head = name, rest = ''] = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name) ?? []
  const path = [head, ...(rest === '' ? [] : rest.slice(1, -1).split(']['))]
  return path.length > DEEPEST || path.includes('__proto__') ? undefined : path
}

function put(tree: Branch, [head = '', ...rest]: readonly string[], value: string): void {
  const [next, ...after] = rest
  const here = Object.hasOwn(tree, head) ? tree[head] : undefined
  if (next === undefined) {
    tree[head] = here === undefined ? value : [...listOf(here), value]
    return
  }
  if (next !== '') {
    const table = isBranch(here) ? here : {}
    tree[head] = table
    put(table, rest, value)
    return
  }
  const list = here === undefined ? [] : listOf(here)
  tree[head] = list
  if (after.length === 0) {
    list.push(value)
    return
  }
  const last = list.at(-1)
  const key = after[0] ?? ''
  // The next table of the list begins where a name comes again.
  const table = isBranch(last) && (after.length > 1 || !Object.hasOwn(last, key)) ? last : {}
  if (table !== last) list.push(table)
  put(table, after, value)
}

const listOf = (leaf: Leaf): Leaf[] => (Array.isArray(leaf) ? leaf : [leaf])

function isBranch(leaf: Leaf | undefined): leaf is Branch {
  return typeof leaf === 'object' && !Array.isArray(leaf)
}
