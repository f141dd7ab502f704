/**
 * What every script starts with: a Node that is new enough, and faults of the machine as one sentence with exit code 2. Written in
 * the oldest module syntax, because it must still load where everything else would not.
 */
import process from 'process'

const needed = [20, 9]

/** `version` ("v20.9.0") is at least the Node that everything here is written for. */
export function nodeIsNewEnough(version) {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number)
  return major > needed[0] || (major === needed[0] && minor >= needed[1])
}

/** Runs a script whose module is only loaded when this Node can read it; a Failure (say.mjs) becomes its sentence and exit code. */
export function main(load) {
  if (!nodeIsNewEnough(process.version)) {
    process.stderr.write('Tuneboard needs Node ' + needed.join('.') + ' or newer, but this is ' + process.version + '; install a newer one from https://nodejs.org.\n')
    process.exit(2)
  }
  load().catch((error) => {
    if (!error || error.name !== 'Failure') throw error
    process.stderr.write(error.message + '\n')
    process.exit(error.exitCode)
  })
}
