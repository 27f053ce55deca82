// Dark or light: as the system has it, until somebody chooses.
import { effect, signal } from "@preact/signals";

export type Theme = "dark" | "light";

const asked = matchMedia("(prefers-color-scheme: light)");
const chosen = () => localStorage.getItem("theme") as Theme | null;

export const theme = signal<Theme>(chosen() ?? (asked.matches ? "light" : "dark"));
asked.addEventListener("change", () => {
  if (chosen() === null) theme.value = asked.matches ? "light" : "dark";
});
effect(() => {
  document.documentElement.dataset["theme"] = theme.value;
});

export function turnTheme(): void {
  theme.value = theme.value === "dark" ? "light" : "dark";
  localStorage.setItem("theme", theme.value);
}
