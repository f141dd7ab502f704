'use client'
/**
 * The settings of a training, group by group, from the declarations; or those that a search finds, or those that were changed. What this
 * version lacks stands at the end, switched off, with the reason; the model's own settings stand in the model bar.
 */
import { memo, useDeferredValue, useEffect } from 'react'
import { ConfigField, Reason } from '@/components/config/config-field'
import { draft } from '@/components/config/draft'
import { filter } from '@/components/config/filter'
import { recallSections } from '@/components/config/sections'
import { isSpecial, Setting } from '@/components/config/setting'
import { SettingsGroup } from '@/components/config/settings-group'
import { LaterControls } from '@/components/config/later-controls'
import { useLocale } from '@/components/locale'
import { useStore } from '@/components/store'
import { fieldOf, isKey, type Key } from '@/lib/config/fields'
import { barKeys, broughtAlong, changedKeys, elsewhere, found, keptInSight, keysOf, later, openAtFirst, workingGroups, type ControlName } from '@/lib/config/train-page'
import { fill } from '@/lib/messages/text'
import { fieldText } from '@/lib/messages/labels'

export function Settings() {
  useEffect(recallSections, [])
  const { query, only_changed } = useDeferredValue(useStore(filter, (now) => now)) // typing does not wait for the fields
  return query.trim() !== '' || only_changed ? <FoundSettings query={query} onlyChanged={only_changed} /> : <AllSettings />
}

const isInBar = (name: ControlName): boolean => isKey(name) && barKeys.includes(name)
const isFlag = (name: ControlName): boolean => isKey(name) && !isSpecial(name) && fieldOf(name).kind === 'boolean'

/** Fields in columns, those that take a row first; switches together below them, and what stands in the bar above at the end. */
function Fields({ names }: { names: readonly ControlName[] }) {
  const flags = names.filter(isFlag)
  const fields = names.filter((name) => !isFlag(name) && !isInBar(name) && name !== 'extra_args').toSorted((a, b) => Number(isSpecial(b) && isKey(b)) - Number(isSpecial(a) && isKey(a)))
  return (
    <>
      {fields.map((name) => (
        <Setting key={name} name={name} />
      ))}
      {flags.length > 0 && (
        <div className="col-span-full grid grid-cols-1 gap-x-4 sm:grid-cols-2">
          {flags.map((name) => (
            <Setting key={name} name={name} />
          ))}
        </div>
      )}
      {names.includes('extra_args') && <Setting name="extra_args" />}
      {names.some(isInBar) && (
        <div className="col-span-full flex flex-wrap gap-x-6">
          {names.filter(isInBar).map((name) => (
            <Setting key={name} name={name} />
          ))}
        </div>
      )}
    </>
  )
}

const grid = 'grid grid-cols-2 gap-x-4 gap-y-3 md:max-xl:grid-cols-3'

const AllSettings = memo(function AllSettings() {
  const { t } = useLocale()
  const values = useStore(draft, (now) => now.args)
  const brought = broughtAlong(values)
  const kept = keptInSight(values, useStore(draft, (now) => now.kept))
  const words = t.ui.form
  return (
    <div className="divide-y divide-line">
      {workingGroups(values).map(({ id, names }) => (
        <SettingsGroup key={id} id={id} title={t.groups[id]} names={names} openAtFirst={openAtFirst[id]}>
          <Fields names={names} />
        </SettingsGroup>
      ))}
      {kept.length > 0 && (
        <SettingsGroup id="kept" title={words.kept} note={words.kept_note} names={kept} openAtFirst>
          <Fields names={kept} />
        </SettingsGroup>
      )}
      {brought.length > 0 && (
        <SettingsGroup id="brought" title={words.brought} note={words.brought_note} names={brought} openAtFirst>
          <Fields names={brought} />
        </SettingsGroup>
      )}
      <SettingsGroup id="elsewhere" title={words.elsewhere} note={words.elsewhere_note} names={elsewhere}>
        <Fields names={elsewhere} />
      </SettingsGroup>
      <SettingsGroup id="later" title={words.later} note={words.later_note} names={later.flatMap(({ keys }) => keys)}>
        {later.map(({ feature, keys }) => (
          <div key={feature} className={`col-span-full ${grid}`} role="group" aria-labelledby={`reason-${feature}`}>
            <Reason id={`reason-${feature}`} feature={feature} className="col-span-full border-t border-line pt-2" />
            {keys.map((key) => (
              <ConfigField key={key} name={key} reasonId={`reason-${feature}`} />
            ))}
          </div>
        ))}
        <div className={`col-span-full ${grid}`} role="group" aria-labelledby="reason-devices">
          <Reason id="reason-devices" feature="devices" className="col-span-full border-t border-line pt-2" />
          <LaterControls reasonId="reason-devices" />
        </div>
      </SettingsGroup>
    </div>
  )
})

const FoundSettings = memo(function FoundSettings({ query, onlyChanged }: { query: string; onlyChanged: boolean }) {
  const { t } = useLocale()
  const values = useStore(draft, (now) => now.args)
  const changed = new Set<Key>(changedKeys(values))
  const hits = found(query, (name) => fieldText(t, name)).filter((name) => !onlyChanged || keysOf(name).some((key) => changed.has(key)))
  return (
    <section aria-label={t.ui.form.search} className={`${grid} px-4 py-4`}>
      <p role="status" className="col-span-full text-xs text-ink-faint">
        {hits.length === 0 ? t.ui.form.none : fill(t.ui.form.found, { count: hits.length })}
      </p>
      <Fields names={hits} />
    </section>
  )
})
