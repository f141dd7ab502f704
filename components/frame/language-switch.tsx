'use client'
/** The page's language; each is named in itself. */
import { DropdownMenu } from 'radix-ui'
import Check from 'lucide-react/icons/check'
import Languages from 'lucide-react/icons/languages'
import { useLocale } from '@/components/locale'
import { buttonClass } from '@/components/ui/button'
import { languageNames, locales } from '@/lib/messages/locales'

export function LanguageSwitch() {
  const { t, locale, setLocale } = useLocale()
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger aria-label={t.ui.frame.language} title={t.ui.frame.language} className={buttonClass('ghost', 'icon')}>
        <Languages aria-hidden className="size-4" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Content align="end" sideOffset={4} className="float-panel z-50 min-w-36 p-1">
        <DropdownMenu.RadioGroup value={locale}>
          {locales.map((name) => (
            <DropdownMenu.RadioItem
              key={name}
              value={name}
              lang={name}
              onSelect={() => setLocale(name)}
              className="flex cursor-pointer items-center gap-2 rounded-sm px-2 py-1.5 outline-none data-[highlighted]:bg-accent-soft"
            >
              <span className="size-3.5">
                <DropdownMenu.ItemIndicator>
                  <Check aria-hidden className="size-3.5 text-accent" />
                </DropdownMenu.ItemIndicator>
              </span>
              {languageNames[name]}
            </DropdownMenu.RadioItem>
          ))}
        </DropdownMenu.RadioGroup>
      </DropdownMenu.Content>
    </DropdownMenu.Root>
  )
}
