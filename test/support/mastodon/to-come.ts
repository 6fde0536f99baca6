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
  'GET /api/v1/admin/domain_allows',
  'POST /api/v1/admin/domain_allows',
  'GET /api/v1/admin/domain_allows/:id',
  'DELETE /api/v1/admin/domain_allows/:id',
  'GET /api/v1/admin/domain_blocks',
  'POST /api/v1/admin/domain_blocks',
  'GET /api/v1/admin/domain_blocks/:id',
  'PUT /api/v1/admin/domain_blocks/:id',
  'DELETE /api/v1/admin/domain_blocks/:id',
  'GET /api/v1/admin/ip_blocks',
  'POST /api/v1/admin/ip_blocks',
  'GET /api/v1/admin/ip_blocks/:id',
  'PUT /api/v1/admin/ip_blocks/:id',
  'DELETE /api/v1/admin/ip_blocks/:id',
  'GET /api/v1/admin/email_domain_blocks',
  'POST /api/v1/admin/email_domain_blocks',
  'GET /api/v1/admin/email_domain_blocks/:id',
  'DELETE /api/v1/admin/email_domain_blocks/:id',
  'GET /api/v1/admin/canonical_email_blocks',
  'POST /api/v1/admin/canonical_email_blocks',
  'POST /api/v1/admin/canonical_email_blocks/test',
  'GET /api/v1/admin/canonical_email_blocks/:id',
  'DELETE /api/v1/admin/canonical_email_blocks/:id',
  'GET /api/v1/admin/tags',
  'GET /api/v1/admin/tags/:id',
  'PUT /api/v1/admin/tags/:id',
  'POST /api/v1/admin/measures',
  'POST /api/v1/admin/dimensions',
  'POST /api/v1/admin/retention',
])
