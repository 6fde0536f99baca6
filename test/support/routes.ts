import { Router } from 'express'

export interface RegisteredRoute {
  readonly path: string
  /** in capitals; `ALL` where it takes every method */
  readonly methods: ReadonlySet<string>
}

interface Route {
  readonly path: string | readonly string[]
  readonly methods: Readonly<Record<string, boolean | undefined>>
}

/**
 * Writes down every route that any part of the app registers with Express from now on, those of parts that are loaded
 * later too. @returns what there is by now
 */
export function recordRoutes(): () => readonly RegisteredRoute[] {
  const prototype = (Router as unknown as { prototype: { route(path: Route['path']): Route } }).prototype
  const { route: make } = prototype
  const routes: Route[] = []
  prototype.route = function (path) {
    const route = Reflect.apply(make, this, [path]) as Route
    routes.push(route)
    return route
  }
  return () => {
    const found = new Map<string, Set<string>>()
    for (const { path, methods } of routes) {
      for (const one of [path].flat()) {
        const known = found.get(one) ?? new Set<string>()
        found.set(one, known)
        for (const method of Object.keys(methods)) known.add(method === '_all' ? 'ALL' : method.toUpperCase())
      }
    }
    return [...found].map(([path, methods]) => ({ path, methods }))
  }
}
