/** Settings of the `yaml` library under which it reads scalars as LLaMA-Factory's reader (PyYAML's YAML 1.1, with OmegaConf's changes) does. */
import type { ParseOptions, ScalarTag, SchemaOptions, Tags, DocumentOptions } from 'yaml'

type Tag = Tags[number]

const booleans: Readonly<Record<string, RegExp>> = { true: /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/, false: /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/ }

const isScalarTag = (tag: Tag, name: string): tag is ScalarTag => typeof tag === 'object' && tag.tag === `tag:yaml.org,2002:${name}`

/** Neither takes the letters y and n for booleans, nor a date for anything but a text. */
function narrowed(tags: Tags): Tags {
  return tags
    .filter((tag) => !isScalarTag(tag, 'timestamp'))
    .map((tag) => (isScalarTag(tag, 'bool') ? { ...tag, test: booleans[tag.test?.test('true') ? 'true' : 'false'] } : tag))
}

/** Keys set twice are let through, so that the caller can name both lines. */
export const pyYaml: ParseOptions & DocumentOptions & SchemaOptions = { version: '1.1', uniqueKeys: false, logLevel: 'silent', customTags: narrowed }
