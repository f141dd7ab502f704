/** What a worker thread is started for, as it travels to it: everything that a structured clone can carry. */
import type { TokensJob } from '@/trainer/tokens/work'
import type { StatisticsJob } from '@/trainer/view/counting'

export type Job = ({ job: 'tokens' } & TokensJob) | ({ job: 'statistics' } & StatisticsJob)
