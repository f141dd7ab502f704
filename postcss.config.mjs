/** Tailwind is the only CSS transformer. */
const config = { plugins: { '@tailwindcss/postcss': {} } }

export default config
