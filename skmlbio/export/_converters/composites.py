"""Steps that hold other steps."""

from skmlbio.export._register import Converted, converter


@converter("sklearn.pipeline.Pipeline", parts=True)
def convert_pipeline(pipeline, conversion):
    steps = [conversion.convert(name, step) for name, step in pipeline.steps if step not in (None, "passthrough")]
    if not steps:
        raise TypeError(f"{conversion.label(pipeline)} has no step that does anything, so there is nothing to export.")
    last = steps.pop() if pipeline.steps[-1][1] not in (None, "passthrough") else None

    def before(X):
        for step in steps:
            X = step.verbs["transform"](X)
        return X

    if last is None:
        return Converted({"transform": before}, steps[0].reads)
    verbs = {verb: lambda X, answer=answer: answer(before(X)) for verb, answer in last.verbs.items()}
    return Converted(verbs, [*steps, last][0].reads)
