/** Variables by name; one that is not set is missing or undefined. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A secret. Neither text, nor JSON, nor the console shows it; `expose` gives it, where it is used and nowhere before. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  expose(): string {
    return this.#value;
  }

  toString(): string {
    return "********";
  }

  toJSON(): string {
    return "********";
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "********";
  }
}

/** One variable that is missing or wrong; `text` continues its name and never has the value. */
export interface Problem {
  readonly variable: string;
  readonly text: string;
}

/** Settings that cannot be used: every problem at once, in the order of the contract. */
export class SettingsError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const lines = problems.map((problem) => `\n  ${problem.variable} ${problem.text}`);
    super(`${problems.length} of the settings cannot be used:${lines.join("")}`);
    this.name = "SettingsError";
    this.problems = problems;
  }
}

interface Rule {
  readonly minLength?: number;
  readonly trimmed?: boolean;
  readonly pattern?: string;
}

function processEnvironment(): Environment {
  return (globalThis as { process?: { env: Environment } }).process?.env ?? {};
}

class Reader {
  readonly #environment: Environment;
  readonly #problems: Problem[] = [];

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  finish(): void {
    if (this.#problems.length > 0) throw new SettingsError(this.#problems);
  }

  text(variable: string, fallback: string | undefined, rule: Rule): string | undefined {
    const text = this.#raw(variable, fallback);
    if (text === undefined) return undefined;
    const minLength = rule.minLength ?? 0;
    if (text === "" && minLength > 0) return this.#refuse(variable, "is empty: give it a value");
    if (rule.trimmed === true && text.trim() !== text) {
      return this.#refuse(variable, "has white space around it: store it without");
    }
    if ([...text].length < minLength) return this.#refuse(variable, `is shorter than ${minLength} characters`);
    if (rule.pattern !== undefined && !new RegExp(`^(?:${rule.pattern})$`, "u").test(text)) {
      return this.#refuse(variable, `does not match ${rule.pattern}`);
    }
    return text;
  }

  secret(variable: string, fallback: string | undefined, rule: Rule): Secret | undefined {
    const text = this.text(variable, fallback, rule);
    return text === undefined ? undefined : new Secret(text);
  }

  integer(variable: string, fallback: string | undefined, least: number, most: number): number | undefined {
    const text = this.#raw(variable, fallback);
    if (text === undefined) return undefined;
    if (!/^[+-]?[0-9]+$/.test(text)) return this.#refuse(variable, "is no whole number: write digits only");
    const number = Number(text);
    if (number < least) return this.#refuse(variable, `is less than ${least}, the least allowed`);
    if (number > most) return this.#refuse(variable, `is more than ${most}, the most allowed`);
    return number;
  }

  boolean(variable: string, fallback: string | undefined): boolean | undefined {
    const text = this.#raw(variable, fallback);
    if (text === undefined) return undefined;
    if (["1", "true", "t", "yes", "y", "on"].includes(text.toLowerCase())) return true;
    if (["0", "false", "f", "no", "n", "off"].includes(text.toLowerCase())) return false;
    return this.#refuse(variable, "is neither true nor false");
  }

  list(variable: string, fallback: string | undefined): readonly string[] | undefined {
    return this.#raw(variable, fallback)
      ?.split(",")
      .map((part) => part.trim())
      .filter((part) => part !== "");
  }

  choice<T extends string>(variable: string, fallback: string | undefined, choices: readonly T[]): T | undefined {
    const text = this.#raw(variable, fallback);
    if (text === undefined) return undefined;
    return choices.find((choice) => choice === text) ?? this.#refuse(variable, `must be one of ${choices.join(", ")}`);
  }

  #raw(variable: string, fallback: string | undefined): string | undefined {
    return this.#environment[variable] ?? fallback ?? this.#refuse(variable, "is missing: set it in the environment");
  }

  #refuse(variable: string, text: string): undefined {
    this.#problems.push({ variable, text });
    return undefined;
  }
}
