package org.cofitune.train;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collection;
import java.util.Map;

/** The {@code README.md} of a merged model, with the front matter that model hubs read. */
final class ModelCard {
  private ModelCard() {}

  static String of(DeltaDescription delta, Collection<String> tensors, double alpha) {
    StringBuilder card = new StringBuilder();
    card.append("---\n")
        .append("library_name: transformers\n")
        .append("pipeline_tag: text-generation\n")
        .append("base_model: ")
        .append(quoted(delta.baseName()))
        .append("\ntags:\n- cofitune\n---\n\n")
        .append("# ")
        .append(plain(delta.baseName()))
        .append(", fine-tuned\n\n")
        .append("Made with cofitune, which trains one region of a model and leaves every other")
        .append(" weight as it was.\n\n")
        .append("| | |\n|---|---|\n");
    row(card, "base model", delta.baseName());
    row(card, "base fingerprint (SHA-256)", delta.base().sha256());
    row(card, "method", delta.method());
    row(card, "trained region", delta.region());
    row(card, "trained tensors", Integer.toString(tensors.size()));
    if (alpha != 1) {
      row(card, "interpolation between base (0) and tuned (1)", Double.toString(alpha));
    }
    JsonNode arguments = delta.details().path("training_arguments");
    if (arguments.isObject()) {
      card.append("\n## Training arguments\n\n| | |\n|---|---|\n");
      for (Map.Entry<String, JsonNode> argument : arguments.properties()) {
        row(card, argument.getKey(), argument.getValue().asText());
      }
    }
    card.append("\n## Use\n\n")
        .append("```python\n")
        .append("from transformers import AutoModelForCausalLM, AutoTokenizer\n\n")
        .append("model = AutoModelForCausalLM.from_pretrained(\".\")\n")
        .append("tokenizer = AutoTokenizer.from_pretrained(\".\")\n")
        .append("```\n\n")
        .append("The licence of the base model applies.\n");
    return card.toString();
  }

  private static void row(StringBuilder card, String name, String value) {
    card.append("| ").append(plain(name)).append(" | ").append(plain(value)).append(" |\n");
  }

  /** On one line and without what would end a cell of a table. */
  private static String plain(String text) {
    return text.replaceAll("\\p{Cntrl}", " ").replace("|", "\\|");
  }

  private static String quoted(String text) {
    String escaped = plain(text).replace("\\", "\\\\").replace("\"", "\\\"");
    return "\"" + escaped + "\"";
  }
}
