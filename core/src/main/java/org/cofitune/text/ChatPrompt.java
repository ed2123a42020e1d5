package org.cofitune.text;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.text.jinja.JinjaTemplate.Rendered;
import org.cofitune.text.jinja.JinjaTemplate.Span;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The chat template of a checkpoint as a prompt format.
 *
 * <p>What is supervised: where the template has {@code generation} tags, what they enclose. Where
 * it has none, of each answer what the template writes after the text that it writes for generating
 * that answer, up to and with the token that ends the turn. An answer that the template writes
 * differently once the conversation goes on (Qwen3 drops the reasoning of earlier turns) is left
 * unsupervised, since the model is never asked for it in that form; the last answer must not be one
 * of these.
 */
public final class ChatPrompt implements PromptFormat {
  private static final Logger LOG = LoggerFactory.getLogger(ChatPrompt.class);

  private final ChatTemplate template;
  private final Tokenizer tokenizer;
  private final AtomicBoolean saidRewritten = new AtomicBoolean();
  private final AtomicBoolean saidThinking = new AtomicBoolean();
  private final AtomicBoolean saidEndless = new AtomicBoolean();

  public ChatPrompt(ChatTemplate template, Tokenizer tokenizer) {
    this.template = template;
    this.tokenizer = tokenizer;
  }

  @Override
  public List<Segment> render(List<Message> messages) {
    Rendered whole = template.renderWithSpans(messages, false);
    List<Span> answers =
        whole.generated().isEmpty() ? answers(messages, whole.text()) : whole.generated();
    return segments(whole.text(), answers);
  }

  @Override
  public String generationPrompt(List<Message> messages) {
    return template.render(messages, true);
  }

  @Override
  public boolean addsSpecialTokens() {
    return false;
  }

  private List<Span> answers(List<Message> messages, String whole) {
    List<Span> answers = new ArrayList<>();
    int last = messages.size() - 1;
    for (int i = 0; i <= last; i++) {
      if (!messages.get(i).isFrom("assistant")) {
        continue;
      }
      int start = start(messages, i, whole);
      int end = i == last ? whole.length() : end(messages.subList(0, i + 1), whole);
      if (start >= 0 && end >= start) {
        answers.add(new Span(start, start + withoutFrame(whole.substring(start, end)).length()));
      } else if (i == last) {
        throw refused(i);
      } else if (saidRewritten.compareAndSet(false, true)) {
        LOG.warn(
            "the chat template writes earlier answers differently once a conversation goes on;"
                + " only answers that stay as they were generated are supervised");
      }
    }
    return answers;
  }

  /** Where the answer starts in the whole text, or -1 where the text before it has changed. */
  private int start(List<Message> messages, int answer, String whole) {
    List<Message> before = messages.subList(0, answer);
    String prompt = template.render(before, true);
    if (whole.startsWith(prompt)) {
      return prompt.length();
    }
    // Reasoning models begin the answer with a tag that past answers do not have.
    String conversation = template.render(before, false);
    String content = messages.get(answer).content().strip();
    if (!whole.startsWith(conversation) || content.isEmpty()) {
      return -1;
    }
    if (prompt.startsWith(conversation) && saidThinking.compareAndSet(false, true)) {
      LOG.warn(
          "the chat template begins an answer for generation otherwise than it writes a finished"
              + " one ({}); the finished form is trained",
          prompt.substring(conversation.length()).strip());
    }
    return whole.indexOf(content, conversation.length());
  }

  /** Where the answer that ends a part of the conversation ends in the whole text, or -1. */
  private int end(List<Message> upToAnswer, String whole) {
    String part = template.render(upToAnswer, false);
    if (!whole.startsWith(part)) {
      part = part.stripTrailing();
    }
    return whole.startsWith(part) ? part.length() : -1;
  }

  /** An answer without the white space after its end-of-turn token, which the next turn brings. */
  private String withoutFrame(String answer) {
    String stripped = answer.stripTrailing();
    return tokenizer.endsInSpecialToken(stripped) ? stripped : answer;
  }

  private List<Segment> segments(String whole, List<Span> answers) {
    List<Segment> segments = new ArrayList<>();
    int from = 0;
    for (Span answer : answers) {
      if (answer.start() > from) {
        segments.add(new Segment(whole.substring(from, answer.start()), false));
      }
      String text = whole.substring(answer.start(), answer.end());
      segments.add(new Segment(text, true, answer.end() == whole.length() && endless(text)));
      from = answer.end();
    }
    if (from < whole.length()) {
      segments.add(new Segment(whole.substring(from), false));
    }
    return segments;
  }

  /** Whether nothing would teach the model to stop after an answer. */
  private boolean endless(String answer) {
    boolean endless = !tokenizer.endsInSpecialToken(answer);
    if (endless && saidEndless.compareAndSet(false, true)) {
      LOG.warn(
          "the chat template ends an answer without a special token;"
              + " the end-of-sequence token is added");
    }
    return endless;
  }

  private static CofituneException refused(int answer) {
    return CofituneException.of(
            ErrorKind.DATA, "the chat template changes the text before the last answer")
        .at("message " + (answer + 1))
        .expected("the text that the model is prompted with, followed by the answer")
        .found("another beginning")
        .next("put a system message's text into the first user message, or use another template")
        .build();
  }
}
