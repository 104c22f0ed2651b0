// Addresses that are themselves the credential: whoever knows one may post. The host stays, its secret part goes.
import { ID } from './rule.ts';

/** Text that stands in the address, and what follows it; the first group is masked, and ends the match. */
export interface WebhookRule {
  readonly id: string;
  readonly key: string;
  readonly tail: string;
}

/** chosen: incoming-webhook services of chat, paging and automation, forms as documented by each. */
export const WEBHOOK_RULES: readonly WebhookRule[] = [
  {
    id: 'slack-webhook',
    key: 'hooks.slack.com/',
    tail: `(?:services|workflows|triggers)/((?:[\\w-]{1,60}/){0,4}[\\w-]{8,80})`,
  },
  {
    id: 'slack-webhook',
    key: 'hooks.slack-gov.com/',
    tail: `(?:services|workflows|triggers)/((?:[\\w-]{1,60}/){0,4}[\\w-]{8,80})`,
  },
  { id: 'discord-webhook', key: '/api/webhooks/', tail: `\\d{5,24}/([\\w-]{30,120})` },
  { id: 'teams-webhook', key: '/webhookb2/', tail: `([\\w@/-]{40,400})` },
  { id: 'teams-webhook', key: 'outlook.office.com/webhook/', tail: `([\\w@/-]{40,400})` },
  { id: 'zapier-webhook', key: 'hooks.zapier.com/hooks/', tail: `(?:catch|standard)/([\\w/-]{6,80})` },
  { id: 'ifttt-webhook', key: 'maker.ifttt.com/', tail: `[\\w/-]{1,120}/key/([\\w-]{16,80})` },
  { id: 'make-webhook', key: '.make.com/', tail: `([a-z0-9]{24,40})` },
  { id: 'integromat-webhook', key: 'hook.integromat.com/', tail: `([a-z0-9]{24,40})` },
  { id: 'pagerduty-webhook', key: 'events.pagerduty.com/integration/', tail: `([0-9a-f]{32})` },
  { id: 'feishu-webhook', key: '/open-apis/bot/v2/hook/', tail: `(${ID})` },
  { id: 'wecom-webhook', key: '/cgi-bin/webhook/send?key=', tail: `(${ID})` },
  { id: 'mattermost-webhook', key: '/hooks/', tail: `([a-z0-9]{26}|[A-Za-z0-9]{17,24}/[A-Za-z0-9]{40,80})(?![\\w-])` },
  { id: 'healthcheck-ping', key: 'hc-ping.com/', tail: `(${ID}|[\\w-]{22}/[\\w-]{1,80})` },
  { id: 'cronitor-ping', key: 'cronitor.link/', tail: `(?:p/)?([0-9a-f]{32})` },
  { id: 'opsgenie-webhook', key: 'api.opsgenie.com/v1/json/', tail: `[\\w]{1,40}\\?apiKey=(${ID})` },
  { id: 'webhook-site', key: 'webhook.site/', tail: `(${ID})` },
  { id: 'victorops-webhook', key: '/integrations/generic/', tail: `\\d{8}/alert/([\\w-]{20,60})` },
  { id: 'splunk-oncall', key: 'alert.victorops.com/', tail: `[\\w/-]{1,80}/alert/([\\w-]{20,60})` },
  { id: 'datadog-webhook', key: 'webhook/v1/', tail: `([0-9a-f]{32})` },
  { id: 'azure-function', key: '.azurewebsites.net/', tail: `[^\\s"'<>]{1,200}[?&]code=([\\w/%-]{40,120}={0,2})` },
  { id: 'dotenv-vault', key: 'dotenv.org/vault/', tail: `[^\\s"'<>]{0,120}key_([0-9a-f]{40,64})` },
  { id: 'conda-token', key: 'anaconda.org/t/', tail: `([\\w-]{16,80})(?=/)` },
  { id: 'conda-token', key: '/t/ac-', tail: `(${ID})` },
  { id: 'conda-token', key: '/t/an-', tail: `(${ID})` },
  { id: 'serverchan', key: 'ftqq.com/', tail: `(SC[TU][A-Za-z0-9]{20,60})(?=\\.send)` },
  { id: 'bark', key: 'api.day.app/', tail: `([A-Za-z0-9]{20,24})(?![A-Za-z0-9])` },
  { id: 'loggly', key: 'loggly.com/inputs/', tail: `(${ID})` },
  { id: 'telegram', key: 'api.telegram.org/bot', tail: `(\\d{6,12}:[\\w-]{30,40})` },
];
