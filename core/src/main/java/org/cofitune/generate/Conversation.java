package org.cofitune.generate;

import java.util.Arrays;
import java.util.List;
import org.cofitune.error.CofituneException;

/**
 * Texts that continue each other, as the turns of a chat do: what a prompt has in common with the
 * last prompt and its answer is not computed again.
 *
 * <pre>{@code
 * try (Conversation conversation = generator.conversation()) {
 *   Generation answer = conversation.answer(prompt, config, listener);
 * }
 * }</pre>
 *
 * Not thread-safe.
 */
public final class Conversation implements AutoCloseable {
  private static final int SEQUENCE = 0;

  private final Generator generator;
  private final DecodingBatch batch;
  private int[] known = new int[0]; // ids whose keys and values are cached

  Conversation(Generator generator) {
    this.generator = generator;
    this.batch = new DecodingBatch(generator.decoder(), new int[0]);
  }

  /**
   * Generates the next text.
   *
   * @param prompt the whole conversation so far, as token ids
   * @throws CofituneException of kind DATA if the prompt is empty, has unknown ids or leaves no
   *     room in the model's context
   */
  public Generation answer(int[] prompt, GenerationConfig config, GenerationListener listener) {
    RunningText text = generator.begin(0, new GenerationRequest(prompt, config), listener);
    generator.choose(text, read(prompt), 0);
    Generation finished = text.finished();
    while (finished == null) {
      int token = text.newest();
      remember(token);
      generator.choose(text, batch.step(new int[] {token}), 0);
      finished = text.finished();
    }
    return finished;
  }

  /** Tokens that went through the model so far. */
  public long forwardTokens() {
    return batch.forwardTokens();
  }

  private float[] read(int[] prompt) {
    int kept = CommonPrefix.shared(known, prompt);
    boolean isFirst = known.length == 0;
    known = prompt.clone();
    return isFirst
        ? batch.begin(List.of(prompt))
        : batch.continueFrom(SEQUENCE, kept, Arrays.copyOfRange(prompt, kept, prompt.length));
  }

  private void remember(int token) {
    known = Arrays.copyOf(known, known.length + 1);
    known[known.length - 1] = token;
  }

  @Override
  public void close() {
    batch.close();
  }
}
