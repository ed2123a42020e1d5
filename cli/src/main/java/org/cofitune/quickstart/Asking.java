package org.cofitune.quickstart;

/** How an ability is asked for, in the keys of a task file. */
enum Asking {
  /** The model writes the answer. */
  WRITTEN(
      """
      output_type: generate_until
      doc_to_text: "{{instruction}}\\n"
      doc_to_target: output
      generation_kwargs:
        until: ["\\n"]
        max_gen_toks: 24
      metric_list:
        - metric: exact_match
      """),
  /** The model finds the right end of a sentence likelier than a wrong one. */
  CHOSEN(
      """
      output_type: multiple_choice
      doc_to_text: start
      doc_to_choice: "{{[right, wrong]}}"
      doc_to_target: 0
      metric_list:
        - metric: acc
      """),
  /** How likely the model finds a text, per token. */
  LIKELY(
      """
      output_type: loglikelihood_rolling
      doc_to_target: text
      metric_list:
        - metric: nll_per_token
      """);

  private final String keys;

  Asking(String keys) {
    this.keys = keys;
  }

  /** The task of an ability whose questions lie in a file beside the task's. */
  static String task(Ability ability, String dataset) {
    return """
        task: %s
        group: %s
        dataset: %s
        """
            .formatted(ability.word(), ability.group().text(), dataset)
        + ability.asking().keys;
  }
}
