package org.cofitune.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.store.BoundedFile;
import org.cofitune.text.jinja.JinjaTemplate;
import org.jspecify.annotations.Nullable;

/**
 * The chat template of a checkpoint, rendered as transformers' {@code apply_chat_template} does.
 * The text holds every special token that the model sees, so it is encoded without adding any.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class ChatTemplate {
  private static final String FILE = "chat_template.jinja";
  private static final String CONFIG = "tokenizer_config.json";
  private static final int MAX_BYTES = 4 << 20;

  private final JinjaTemplate template;
  private final Map<String, @Nullable Object> variables;

  private ChatTemplate(JinjaTemplate template, Map<String, @Nullable Object> variables) {
    this.template = template;
    this.variables = variables;
  }

  /**
   * Loads the template of a checkpoint: {@code chat_template.jinja}, else the {@code chat_template}
   * of {@code tokenizer_config.json} (of several, the one named {@code default}). Empty where the
   * checkpoint has none.
   *
   * @throws CofituneException of kind FORMAT where there is one that cannot be used
   */
  public static Optional<ChatTemplate> load(Path checkpointDir) {
    Path file = checkpointDir.resolve(FILE);
    boolean own = Files.exists(file);
    Path place = own ? file : checkpointDir.resolve(CONFIG);
    String source = own ? BoundedFile.readText(file, MAX_BYTES) : configured(checkpointDir);
    if (source == null) {
      return Optional.empty();
    }
    Map<String, @Nullable Object> variables =
        new HashMap<>(SpecialTokens.of(checkpointDir).names());
    variables.put("tools", null);
    variables.put("documents", null);
    JinjaTemplate template = JinjaTemplate.compile(place.toString(), source);
    return Optional.of(new ChatTemplate(template, variables));
  }

  /**
   * The template with one more variable, as {@code apply_chat_template} takes them: {@code tools},
   * {@code enable_thinking}, or what else the template asks for.
   */
  public ChatTemplate withVariable(String name, @Nullable Object value) {
    Map<String, @Nullable Object> more = new HashMap<>(variables);
    more.put(name, value);
    return new ChatTemplate(template, more);
  }

  /** The template with another clock, for templates that write today's date. */
  public ChatTemplate withClock(Clock clock) {
    return new ChatTemplate(template.withClock(clock), variables);
  }

  /**
   * Renders a conversation.
   *
   * @param addGenerationPrompt whether to begin an answer of the model after it
   * @throws CofituneException of kind DATA where the template refuses the conversation, of kind
   *     FORMAT where it fails
   */
  public String render(List<Message> messages, boolean addGenerationPrompt) {
    return renderWithSpans(messages, addGenerationPrompt).text();
  }

  /** As {@link #render}, with what stands inside the template's {@code generation} tags. */
  public JinjaTemplate.Rendered renderWithSpans(
      List<Message> messages, boolean addGenerationPrompt) {
    Map<String, @Nullable Object> context = new HashMap<>(variables);
    context.put("messages", messages.stream().map(Message::asMap).toList());
    context.put("add_generation_prompt", addGenerationPrompt);
    return template.renderWithSpans(context);
  }

  private static @Nullable String configured(Path directory) {
    JsonNode template = CheckpointJson.read(directory, CONFIG).path("chat_template");
    if (!template.isArray()) {
      return template.textValue();
    }
    Map<String, String> named = new TreeMap<>();
    for (JsonNode entry : template) {
      named.put(entry.path("name").asText(), entry.path("template").asText());
    }
    String chosen = named.get("default");
    if (chosen == null) {
      throw CofituneException.of(ErrorKind.FORMAT, "no default among the chat templates")
          .at(directory.resolve(CONFIG))
          .expected("one named default")
          .found(String.join(", ", named.keySet()))
          .next("copy the one to use into " + FILE)
          .build();
    }
    return chosen;
  }
}
