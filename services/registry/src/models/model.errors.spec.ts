import { describe, expect, it } from '@jest/globals';
import { ModelNotFound } from './model.errors.js';

describe(ModelNotFound.name, () => {
  it("names the job's model to who asks for one of its checkpoints", () => {
    const { message } = new ModelNotFound('ft:conch-tiny:one:magic:12345678:ckpt-step-10', ['conch-tiny']);
    expect(message).toBe(
      'The model `ft:conch-tiny:one:magic:12345678:ckpt-step-10` does not exist or you do not have access to it. ' +
        "The weights of a checkpoint are not served yet; use the job's fine_tuned_model instead, `ft:conch-tiny:one:magic:12345678`.",
    );
  });

  it.each(['ft:conch-tiny:one:magic:12345678', 'ckpt-step-10', 'a:ckpt-step-10:b', 'a:ckpt-step-x'])(
    'lists the models that there are to who asks for %s',
    (model) => {
      expect(new ModelNotFound(model, ['conch-tiny']).message).toMatch(/access to it\. There are: conch-tiny\.$/);
    },
  );
});
