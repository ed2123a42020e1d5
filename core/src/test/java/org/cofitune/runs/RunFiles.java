package org.cofitune.runs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Folders of runs, written file by file. */
record RunFiles(Path root) {
  /** A run's folder with nothing in it but a recipe. */
  Path begun(String name) throws IOException {
    Path run = Files.createDirectories(root.resolve(name));
    write(
        run,
        "recipe.yaml",
        """
        model_name_or_path: models/my-llama             # recipe.yaml:1
        region: 25%-50%:up_proj                         # --region
        dataset: ["a # b.jsonl","c: d.jsonl"]           # --data
        learning_rate: 1.0E-4                           # default
        method: "no"                                    # # odd: "origin"
        search:
          levels: ["halves"]                            # default
        """
            .replace("\"no\"", "region"));
    return run;
  }

  Path trained(String name, int steps) throws IOException {
    Path run = begun(name);
    StringBuilder events = new StringBuilder(event("train_start", "\"total_steps\":" + steps));
    for (int step = 1; step <= steps; step++) {
      events.append(step(step, steps));
    }
    events.append(event("eval", "\"step\":" + steps + ",\"eval_loss\":1.5"));
    write(run, "events.jsonl", events + event("train_end", "\"step\":" + steps));
    return run;
  }

  static String step(int step, int of) {
    return event(
        "step",
        "\"step\":%d,\"total_steps\":%d,\"loss\":%s,\"speed\":{\"seconds_left\":%d}"
            .formatted(step, of, 2 + 1.0 / step, of - step));
  }

  static String event(String name, String fields) {
    return "{\"time\":\"2026-01-01T00:00:00Z\",\"event\":\"%s\",%s}\n".formatted(name, fields);
  }

  static void write(Path run, String name, String text) throws IOException {
    Path file = run.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
