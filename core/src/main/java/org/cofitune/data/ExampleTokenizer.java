package org.cofitune.data;

import java.util.ArrayList;
import java.util.List;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.text.Message;
import org.cofitune.text.PromptFormat;
import org.cofitune.text.RawText;
import org.cofitune.text.Segment;
import org.cofitune.text.Tokenizer;

/**
 * The one function that makes token ids and loss mask: training, evaluation of the loss, preview,
 * and the prompts of generation all come from here.
 *
 * <p>The text is tokenized stretch by stretch, prompt and answer apart, not as a whole: the ids up
 * to an answer are then exactly {@link #promptIds}, which generation starts from, whatever tokens
 * the tokenizer would have joined across that boundary. What the tokenizer puts before every text
 * (the beginning-of-sequence id) stands at the start exactly once, and never at the end.
 *
 * <p>Supervised are the answers and what ends them: the template's end-of-turn tokens, or the
 * end-of-sequence id where the format has no end of its own. Without it a tuned model would not
 * learn to stop, so a tokenizer that lacks it is refused.
 *
 * <p>Rows keep their full length here; {@link ExampleReader} cuts them.
 */
public final class ExampleTokenizer {
  private static final RawText RAW_TEXT = new RawText();

  private final Tokenizer tokenizer;
  private final PromptFormat format;
  private final Supervised supervised;
  private final int vocabularySize;
  private final SegmentEncoder encoder;

  /**
   * @param format how conversations are written; raw text and pre-tokenized rows need none
   * @param vocabularySize rows of the model's embedding: ids must be below it
   */
  public ExampleTokenizer(
      Tokenizer tokenizer, PromptFormat format, Supervised supervised, int vocabularySize) {
    this.tokenizer = tokenizer;
    this.format = format;
    this.supervised = supervised;
    this.vocabularySize = vocabularySize;
    this.encoder = new SegmentEncoder(tokenizer);
  }

  /**
   * Makes the ids and labels of a row.
   *
   * @throws CofituneException of kind DATA, naming the row, where the format cannot express it or
   *     an id is outside the model's vocabulary
   */
  public TokenizedExample tokenize(Row row) {
    if (row instanceof PreTokenizedRow made) {
      return checked(made.ids(), made.labels(), made.source());
    }
    IdsWithMask tokens;
    try {
      tokens =
          row instanceof TextRow text
              ? encode(RAW_TEXT.render(List.of(Message.assistant(text.text()))), RAW_TEXT)
              : encode(format.render(((ConversationRow) row).messages()), format);
    } catch (CofituneException e) {
      throw e.kind() == ErrorKind.DATA
          ? e.at(row.source() + e.where().map(place -> ", " + place).orElse(""))
          : e;
    }
    if (tokens.isEmpty()) {
      throw CofituneException.of(ErrorKind.DATA, "row has no tokens")
          .at(row.source())
          .next("fill the row in, or set on_bad_row: skip")
          .build();
    }
    int[] ids = tokens.ids();
    return checked(ids, supervised == Supervised.ALL ? ids : tokens.labels(), row.source());
  }

  /**
   * The ids after which a model writes the next answer: the beginning of what {@link #tokenize}
   * makes of the conversation with that answer.
   *
   * @throws CofituneException of kind DATA where the format cannot express the conversation
   */
  public int[] promptIds(List<Message> messages) {
    String prompt = format.generationPrompt(messages);
    List<Segment> segments = List.of(new Segment(prompt, false));
    if (messages.stream().anyMatch(message -> message.isFrom("assistant"))) {
      // Earlier answers as they stand in training: apart, and with an end that no text spells.
      List<Segment> rendered = format.render(messages);
      String text = String.join("", rendered.stream().map(Segment::text).toList());
      if (prompt.startsWith(text)) {
        segments = new ArrayList<>(rendered);
        segments.add(new Segment(prompt.substring(text.length()), false));
      }
    }
    return encode(segments, format).ids();
  }

  private IdsWithMask encode(List<Segment> segments, PromptFormat writtenBy) {
    IdsWithMask tokens = new IdsWithMask();
    StringBuilder text = new StringBuilder();
    boolean begun = false;
    for (int i = 0; i < segments.size(); i++) {
      Segment segment = segments.get(i);
      text.append(segment.text());
      boolean last = i + 1 == segments.size();
      if (!last
          && !segment.endsSequence()
          && segments.get(i + 1).supervised() == segment.supervised()) {
        continue;
      }
      if (!text.isEmpty()) {
        int[] ids =
            begun ? encoder.next(text.toString(), tokens.last()) : encoder.first(text.toString());
        if (!begun
            && writtenBy.addsSpecialTokens()
            && !SegmentEncoder.startsWith(ids, encoder.beginning())) {
          tokens.add(encoder.beginning(), false);
        }
        tokens.add(ids, segment.supervised());
        begun = true;
        text.setLength(0);
      }
      if (segment.endsSequence() && !tokens.endsWith(endOfSequence())) {
        tokens.add(new int[] {endOfSequence()}, segment.supervised());
      }
    }
    return tokens;
  }

  private int endOfSequence() {
    return tokenizer
        .eosTokenId()
        .orElseThrow(
            () ->
                CofituneException.of(ErrorKind.FORMAT, "tokenizer has no end-of-sequence token")
                    .at("tokenizer_config.json")
                    .expected("\"eos_token\"")
                    .next("name it there: without it a tuned model never stops")
                    .build());
  }

  private TokenizedExample checked(int[] ids, int[] labels, RowSource source) {
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] >= vocabularySize || labels[i] >= vocabularySize) {
        throw CofituneException.of(ErrorKind.DATA, "token is outside the model's vocabulary")
            .at(source)
            .expected("ids below " + vocabularySize)
            .found(Math.max(ids[i], labels[i]) + " at position " + i)
            .next("tokenize with the tokenizer of this model")
            .build();
      }
    }
    return new TokenizedExample(ids, labels, source, false);
  }
}
