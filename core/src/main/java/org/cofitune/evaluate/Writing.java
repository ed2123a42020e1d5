package org.cofitune.evaluate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.cofitune.evaluate.task.GenerationSettings;
import org.cofitune.evaluate.task.Response;
import org.cofitune.generate.Generation;
import org.cofitune.generate.GenerationConfig;
import org.cofitune.generate.GenerationListener;
import org.cofitune.generate.Generator;
import org.cofitune.text.Tokenizer;

/** Answers the items whose answers are written. */
final class Writing {
  /** Items that are answered, and kept, together. */
  private static final int ITEMS_AT_ONCE = 64;

  private final Generator generator;
  private final Tokenizer tokenizer;

  private final Turns turns;

  Writing(EvaluatedModel model, Turns turns) {
    this.turns = turns;
    this.generator = new Generator(model.decoder(), model.tokenizer());
    this.tokenizer = model.tokenizer();
  }

  long forwardTokens() {
    return generator.forwardTokens();
  }

  /**
   * Answers what is not answered yet, those of similar length together.
   *
   * @return whether all items have answers now; false if interrupted
   */
  boolean answer(
      EncodedTask task, Answers answers, EvaluationListener listener, BooleanSupplier interrupted) {
    List<Integer> order =
        IntStream.range(0, task.items().size())
            .boxed()
            .sorted(Comparator.comparingInt(i -> -task.prompts().get(i).length))
            .toList();
    GenerationConfig config = config(task.task().spec().generation());
    List<List<Integer>> unanswered = new ArrayList<>();
    for (int from = 0; from < order.size(); from += ITEMS_AT_ONCE) {
      List<Integer> chunk = order.subList(from, Math.min(from + ITEMS_AT_ONCE, order.size()));
      if (!chunk.stream().allMatch(answers::has)) {
        unanswered.add(chunk);
      }
    }
    return turns.compute(
        unanswered,
        interrupted,
        chunk ->
            texts(
                generator.generate(
                    chunk.stream().map(task.prompts()::get).toList(),
                    config,
                    stopping(interrupted))),
        new Turns.Wire<>(WrittenLines::write, WrittenLines::read),
        (chunk, texts) -> {
          int before = answers.size();
          for (int i = 0; i < chunk.size(); i++) {
            answers.put(chunk.get(i), List.of(new Response.Generated(texts.get(i))));
          }
          listener.onAnswered(answers.size() - before);
        });
  }

  private static List<String> texts(List<Generation> generations) {
    return generations.stream().map(Generation::text).toList();
  }

  private GenerationConfig config(GenerationSettings settings) {
    GenerationConfig.Builder config =
        GenerationConfig.greedy(settings.maxTokens(), tokenizer.stopTokenIds())
            .with()
            .stopStrings(settings.until());
    if (settings.sample()) {
      config.doSample(true).temperature(settings.temperature()).topP(settings.topP());
    }
    return config.build();
  }

  /** What is half written when the person interrupts is written again the next time. */
  private static GenerationListener stopping(BooleanSupplier interrupted) {
    return new GenerationListener() {
      @Override
      public boolean isCancelled(int row) {
        return interrupted.getAsBoolean();
      }
    };
  }
}
