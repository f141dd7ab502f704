/** The browser of the tests: an installed Chromium or Chrome, Playwright's own download, else the system's package where this may be installed. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './paths.mjs'
import { findTool, runTool } from './run-tool.mjs'
import { Failure } from './say.mjs'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']

/** @returns {Promise<string | null>} the program's path; $CHROMIUM first */
export async function findChromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM
  const installed = findTool(names)
  if (installed) return installed
  const { chromium } = await import('playwright')
  const downloaded = chromium.executablePath()
  return existsSync(downloaded) ? downloaded : null
}

/** Installs one: by apt as root, else by Playwright. @throws {Failure} where neither works */
export async function installChromium() {
  const asRoot = process.getuid?.() === 0 && findTool(['apt-get'])
  if (asRoot) {
    await runTool('apt-get', ['update', '-q'])
    await runTool('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium', 'fonts-noto-cjk'], { env: { DEBIAN_FRONTEND: 'noninteractive' } })
    if (await findChromium()) return
  }
  await runTool(process.execPath, [join(root, 'node_modules', 'playwright', 'cli.js'), 'install', 'chromium'])
  if (!await findChromium()) throw new Failure('No Chromium for the browser tests was found or could be installed; install one (apt install chromium) or name one in CHROMIUM, and run this again.')
}
