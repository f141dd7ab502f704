'use client'
/** Light, dark, or as the system has it; one button that goes round. */
import Monitor from 'lucide-react/icons/monitor'
import Moon from 'lucide-react/icons/moon'
import Sun from 'lucide-react/icons/sun'
import { useState } from 'react'
import { useLocale } from '@/components/locale'
import { themeCookie, themes, type Theme } from '@/lib/preferences'
import { Button } from '@/components/ui/button'

const icons = { light: Sun, dark: Moon, system: Monitor } as const satisfies Record<Theme, typeof Sun>

function apply(theme: Theme) {
  document.cookie = `${themeCookie}=${theme}; path=/; max-age=31536000; samesite=lax`
  const root = document.documentElement
  root.dataset.choice = theme
  const dark = theme === 'dark' || (theme === 'system' && window.matchMedia('(prefers-color-scheme: dark)').matches)
  root.dataset.theme = dark ? 'dark' : 'light'
}

export function ThemeSwitch({ initial }: { initial: Theme }) {
  const { t } = useLocale()
  const [theme, setTheme] = useState(initial)
  const Icon = icons[theme]
  const name = `${t.ui.frame.theme}: ${t.ui.frame.themes[theme]}`
  const next = () => {
    const chosen = themes[(themes.indexOf(theme) + 1) % themes.length]
    setTheme(chosen)
    apply(chosen)
  }
  return (
    <Button intent="ghost" size="icon" aria-label={name} title={name} onClick={next}>
      <Icon aria-hidden className="size-4" />
    </Button>
  )
}
