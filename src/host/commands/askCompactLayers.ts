// The questions of Compress… about layers that become compact: into what, and whether the model is trained after it.
import * as vscode from 'vscode';
import { offeredEpochs, type Answers, type CompactForm } from './compressChoices';
import { back, chooseStep, type StepFrame, type StepItem, type StepResult } from './quickSteps';

/** What the answers come to, in words; never fails. */
type Estimate = (answers: Answers, signal: AbortSignal) => Promise<string>;

export async function askForm(
  frame: StepFrame,
  answers: Answers,
  estimate: Estimate,
): Promise<StepResult<Pick<Answers, 'form'>>> {
  const { l10n } = vscode;
  const detail = l10n.t('Estimating…');
  const items: readonly StepItem<CompactForm>[] = [
    {
      value: 'separable',
      label: l10n.t('Depthwise-Separable Convolutions'),
      description: l10n.t('each channel by itself, then all together: far fewer weights'),
      detail,
    },
    {
      value: 'half',
      label: l10n.t('Low Rank, Half of the Weights'),
      description: l10n.t('convolutions and fully connected layers in narrow parts'),
      detail,
    },
    {
      value: 'quarter',
      label: l10n.t('Low Rank, a Quarter of the Weights'),
      description: l10n.t('the same in narrower parts'),
      detail,
    },
  ];
  const chosen = await chooseStep(
    frame,
    l10n.t('What should layers become? Those that would not get smaller stay.'),
    items,
    (value) => value === (answers.form ?? 'separable'),
    async (item, signal) => ({ detail: await estimate({ ...answers, form: item.value }, signal) }),
  );
  return chosen === undefined || chosen === back ? chosen : { form: chosen };
}

export async function askTrainingAfter(
  frame: StepFrame,
  { epochs = offeredEpochs[0] }: Answers,
): Promise<StepResult<Pick<Answers, 'epochs'>>> {
  const { l10n } = vscode;
  const items: readonly StepItem<number>[] = [
    ...offeredEpochs.map((value) => ({
      value,
      label: l10n.t('Train for {0} Epochs', value),
      description: l10n.t('on the same data'),
    })),
    {
      value: 0,
      label: l10n.t('Do Not Train'),
      description: l10n.t('accuracy is that of layers which only come near to the old ones'),
    },
  ];
  const chosen = await chooseStep(
    frame,
    l10n.t('Should the model be trained afterwards? Compact layers need it to be as good as before.'),
    items,
    (value) => value === epochs,
  );
  return chosen === undefined || chosen === back ? chosen : { epochs: chosen };
}
