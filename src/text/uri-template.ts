/**
 * A template of the simplest kind of RFC 6570, filled: each `{name}` becomes its value, percent-encoded, or nothing where
 * there is none (FEP-3b86 §3.2).
 */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{([^{}]*)\}/g, (_whole, name: string) =>
    Object.hasOwn(values, name) ? encodeURIComponent(values[name] ?? '') : '',
  )
}
