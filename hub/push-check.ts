/** What can be known to stand in the way of sending an export to the Hugging Face hub. Loads no client; the sending is push.ts's. */
import { endpointOf, offlineBy, tokenOf } from '@/hub/settings'
import { UserError } from '@/lib/errors'
import { hubs } from '@/lib/hub/hub'

/** The setting that names the repository. */
export const field = 'export_hub_model_id'

/**
 * What stands in the way before anything was sent.
 * @param id owner/name; null sends nothing
 * @param token in place of the environment's
 * @throws UserError `export_push_name`, `hub_offline`, `export_push_token`
 */
export function checkPush(id: string | null, token: string | null = null): void {
  if (id === null) return
  const { title, token_variables, token_page } = hubs.huggingface
  if (!/^[\w.-]+\/[\w.-]+$/.test(id)) throw new UserError('export_push_name', { id }, field)
  const offline = offlineBy()
  if (offline !== null) throw new UserError('export_push_offline', { hub: title, variable: offline }, field)
  if ((token ?? tokenOf('huggingface')) === null) throw new UserError('export_push_token', { hub: title, variable: token_variables[0], tokens: `${endpointOf('huggingface')}/${token_page}` }, field)
}
