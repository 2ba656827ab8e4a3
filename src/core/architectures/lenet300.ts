// LeNet-300-100: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-Based Learning Applied to Document
// Recognition", 1998, with rectifiers, as networks are compressed since S. Han et al., 2015.
import { scaled, type Architecture } from './architecture';

export const lenet300: Architecture = {
  id: 'lenet-300-100',
  description: 'two hidden layers of 300 and 100 units (LeCun et al. 1998)',
  example: [1, 28, 28],
  input: 'any',
  smallest: [1, 1],
  build: (net, { classes, width }) => {
    const flat = net.flatten('flatten', net.input);
    const first = net.linear('fc1', flat, { features: scaled(300, width), role: 'hidden' });
    const second = net.linear('fc2', net.relu('relu1', first), {
      features: scaled(100, width),
      role: 'hidden',
    });
    return net.linear('fc3', net.relu('relu2', second), { features: classes, role: 'output' });
  },
};
