// Asks the API how it is, across origins: it answers when CORS_ALLOWED_ORIGINS names this page's.
const api = document.querySelector("main").dataset.api;
const health = document.querySelector("#health");

try {
  const answer = await fetch(`${api}/health`);
  health.textContent = answer.ok ? (await answer.json()).status : `HTTP ${answer.status}`;
} catch {
  health.textContent = "nothing: it cannot be reached from this page";
}
