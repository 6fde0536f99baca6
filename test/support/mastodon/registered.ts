import type { RegisteredRoute } from '../routes.ts'
import type { Whole } from '../whole.ts'

/** A route of the API as the server has it: `GET`, `/api/v1/statuses/:id`. */
export interface ApiRoute {
  readonly method: string
  readonly path: string
}

/** The routes of the API that the server really has, those that are loaded by the first who asks too. */
export async function apiRoutes(
  server: Whole,
  recorded: () => readonly RegisteredRoute[],
): Promise<readonly ApiRoute[]> {
  await server.ask('/api/v1/instance')
  await server.ask('/api/v1/admin/accounts')
  return recorded()
    .filter(({ path }) => path.startsWith('/api/'))
    .flatMap(({ path, methods }) => [...methods].map((method) => ({ method, path })))
}

/** How a route is told from others, whatever what stands for any is called; what changes something does so by PUT and PATCH. */
export const nameOf = ({ method, path }: ApiRoute): string =>
  `${method === 'PATCH' ? 'PUT' : method} ${path.replace(/:\w+/g, ':')}`
