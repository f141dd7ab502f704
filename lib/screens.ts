/** The screens, in the order of the tabs; the key is also that of the tab's text. */
export const screens = { train: '/', evaluate: '/evaluate', datasets: '/datasets', chat: '/chat', export: '/export', runs: '/runs' } as const
export type Screen = keyof typeof screens
