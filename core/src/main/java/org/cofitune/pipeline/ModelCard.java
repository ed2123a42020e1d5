package org.cofitune.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.cofitune.model.DeltaDescription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** README.md of a merged model: what it is, what it was trained on, and how to train it again. */
public final class ModelCard {
  private static final Logger log = LoggerFactory.getLogger(ModelCard.class);
  private static final int HEAD_LINES = 200;

  private static final List<String> SETTINGS =
      List.of(
          "learning_rate",
          "lr_scheduler_type",
          "warmup_ratio",
          "num_train_epochs",
          "max_steps",
          "per_device_train_batch_size",
          "gradient_accumulation_steps",
          "weight_decay",
          "cutoff_len",
          "supervised",
          "seed");

  private ModelCard() {}

  /**
   * Writes the card of base and delta.
   *
   * @param base folder of the base; the licence in its own card is carried over
   * @param alpha part of the change that was merged
   */
  public static String of(DeltaDescription description, Path base, double alpha) {
    String baseName = base.toAbsolutePath().normalize().getFileName().toString();
    StringBuilder card = new StringBuilder("---\n");
    license(base).ifPresent(license -> card.append("license: ").append(license).append('\n'));
    card.append("base_model: ").append(baseName).append('\n');
    card.append("library_name: transformers\ntags:\n- cofitune\n---\n\n");
    card.append("# ").append(baseName).append(", fine-tuned\n\n");
    card.append(
        "Region `%s` of `%s` fine-tuned with cofitune %s; every other parameter has the base's bytes.\n"
            .formatted(description.region(), baseName, ProductVersion.read()));
    if (alpha != 1) {
      card.append(
          String.format(
              Locale.ROOT,
              "The change is merged with alpha %s: base + alpha * (tuned - base).%n",
              alpha));
    }
    card.append("\n| setting | value |\n|---|---|\n");
    method(card, description.method());
    for (JsonNode file : description.recipe().path("dataset")) {
      row(card, "dataset", Path.of(file.asText()).getFileName().toString());
    }
    for (String key : SETTINGS) {
      if (description.recipe().has(key)) {
        row(card, key, description.recipe().get(key).asText());
      }
    }
    row(card, "base SHA-256", description.baseFingerprint());
    return card.toString();
  }

  private static void method(StringBuilder card, JsonNode method) {
    if (method.has("name")) {
      row(card, "method", method.get("name").asText());
    }
    if (method.has("does")) {
      row(card, "that is", method.get("does").asText());
    }
    JsonNode mask = method.path("soft_mask");
    if (mask.isObject()) {
      row(card, "soft mask", mask.path("target").asText() + ", strength " + mask.path("strength"));
      List<String> corpora = new ArrayList<>();
      mask.path("corpora").forEach(corpus -> corpora.add(corpus.path("name").asText()));
      row(card, "importance of", String.join(", ", corpora));
    }
    JsonNode lora = method.path("lora");
    if (lora.isObject()) {
      row(
          card,
          "adapters",
          "rank %s, alpha %s, dropout %s%s"
              .formatted(
                  lora.path("rank"),
                  lora.path("alpha"),
                  lora.path("dropout"),
                  lora.path("rslora").asBoolean() ? ", rslora" : ""));
    }
  }

  private static void row(StringBuilder card, String name, String value) {
    card.append("| %s | %s |\n".formatted(name, value.replaceAll("[|\\p{Cntrl}]", "_")));
  }

  /** The licence that the base's own card states in its front matter. */
  private static Optional<String> license(Path base) {
    Path file = base.resolve("README.md");
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try (Stream<String> lines = Files.lines(file)) {
      List<String> head = lines.limit(HEAD_LINES).toList();
      if (head.isEmpty() || !head.get(0).equals("---")) {
        return Optional.empty();
      }
      return head.stream()
          .skip(1)
          .takeWhile(line -> !line.equals("---"))
          .filter(line -> line.matches("license: [A-Za-z0-9._-]{1,60}\\s*"))
          .map(line -> line.substring("license: ".length()).strip())
          .findFirst();
    } catch (IOException | java.io.UncheckedIOException e) {
      log.warn("{}: licence cannot be read: {}", file, e.getMessage());
      return Optional.empty();
    }
  }
}
