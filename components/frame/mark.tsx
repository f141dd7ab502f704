/** The product's mark: three faders of a tuning board. */
export function Mark() {
  return (
    <svg aria-hidden viewBox="0 0 24 24" className="size-6 text-accent" fill="none" stroke="currentColor" strokeWidth="1.75" strokeLinecap="round">
      <path d="M6 3.5v5M6 14v6.5M12 3.5V11M12 16.5v4M18 3.5V6M18 11.5v9" opacity="0.55" />
      <path d="M3.5 11.25h5M9.5 13.75h5M15.5 8.75h5" strokeWidth="3.25" />
    </svg>
  )
}
