/** The product's mark: three faders of a tuning board; on the page, and in the browser's tab. */
const tracks = 'M6 3.5v5M6 14v6.5M12 3.5V11M12 16.5v4M18 3.5V6M18 11.5v9'
const handles = 'M3.5 11.25h5M9.5 13.75h5M15.5 8.75h5'

export function Mark() {
  return (
    <svg aria-hidden viewBox="0 0 24 24" className="size-6 text-accent" fill="none" stroke="currentColor" strokeWidth="1.75" strokeLinecap="round">
      <path d={tracks} opacity="0.55" />
      <path d={handles} strokeWidth="3.25" />
    </svg>
  )
}

const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#00696f" stroke-width="1.75" stroke-linecap="round"><path d="${tracks}" opacity="0.55"/><path d="${handles}" stroke-width="3.25"/></svg>`

/** Within the document: no request. */
export const icon = { url: `data:image/svg+xml,${encodeURIComponent(svg)}`, type: 'image/svg+xml' }
