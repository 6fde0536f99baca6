/** Routes that nobody has built yet: whoever builds one takes it from here. At the end nothing is left. */
export const toCome: ReadonlySet<string> = new Set([
  // apps and OAuth
  // the server
  // accounts
  // statuses
  // timelines, lists, filters, tags
  // search and trends
  // notifications and push
  // reports and administration
])
