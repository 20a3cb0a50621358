import { Box } from 'ink';
import type { ReactNode } from 'react';
import { kloudspot } from '../../../../text/command.ts';
import { offersOf } from '../../store/access.ts';
import type { AppState, Overlay } from '../../store/state.ts';
import { bodyRows } from '../../widgets/layout.ts';
import { Line, Marked } from '../../widgets/line.tsx';
import { Pager } from '../../widgets/pager/pager.tsx';
import { TextInput } from '../../widgets/text/text.tsx';
import { useTheme } from '../../widgets/theme.ts';

type OverlayBase = Pick<AppState, 'size' | 'screen' | 'draft' | 'access'>;

/** What lies over the page instead of it: help, a pager, fingerprints, a password, the question whether to leave. */
export function OverlayView(props: {
  readonly state: OverlayBase;
  readonly overlay: Overlay;
  readonly width: number;
}): ReactNode {
  const { overlay, width } = props;
  if (overlay.kind === 'pager') return <Pager state={overlay.pager} width={width} rows={bodyRows(props.state.size)} />;
  return (
    <Box flexDirection="column" flexShrink={0} paddingTop={1}>
      {overlay.kind === 'help' ? <Help {...overlay} width={width} /> : null}
      {overlay.kind === 'leave' ? <Leave running={props.state.screen === 'run'} /> : null}
      {overlay.kind === 'keys' ? <HostKeys state={props.state} width={width} /> : null}
      {overlay.kind === 'password' ? <Password overlay={overlay} width={width} /> : null}
    </Box>
  );
}

function Help(props: { readonly title: string; readonly text: string; readonly width: number }): ReactNode {
  return (
    <>
      <Line text={` ${props.title}`} bold />
      <Line text="" />
      <Marked mark="" text={props.text} as="plain" width={Math.min(props.width, 90)} />
    </>
  );
}

function Leave(props: { readonly running: boolean }): ReactNode {
  return (
    <>
      <Line text=" Leave?" bold />
      <Line text="" />
      <Line
        text={
          props.running
            ? ` The run goes on; \`${kloudspot('attach')}\` finds it.`
            : ` The draft is safe: \`${kloudspot('init')}\` goes on with it.`
        }
      />
    </>
  );
}

function HostKeys(props: { readonly state: OverlayBase; readonly width: number }): ReactNode {
  const theme = useTheme();
  const { offers } = offersOf(props.state);
  if (offers.length === 0) return <Line text=" Every node that answered has a key that is trusted already." />;
  return (
    <>
      <Line text=" Host keys that are not trusted yet" bold />
      <Line text=" Compare them with what each machine's own console shows:" />
      <Line as="quiet" text="   ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub" />
      <Line text="" />
      {offers.map((offer) => (
        <Box key={offer.node + offer.fingerprint} flexDirection="column" flexShrink={0}>
          <Line text={` ${offer.node} (${offer.address})`} />
          <Line as="accent" text={`   ${offer.fingerprint}`} />
          {offer.changedFrom === undefined ? null : (
            <Marked
              mark={theme.glyphs.fail}
              as="fail"
              width={props.width}
              text={`CHANGED. Before: ${offer.changedFrom}. Either the machine was reinstalled, or another one answers in its place.`}
            />
          )}
        </Box>
      ))}
    </>
  );
}

function Password(props: {
  readonly overlay: Extract<Overlay, { kind: 'password' }>;
  readonly width: number;
}): ReactNode {
  const { overlay } = props;
  const whom = overlay.node === undefined ? 'all nodes' : overlay.node;
  return (
    <>
      <Line text={` ${overlay.for === 'login' ? 'Login' : 'sudo'} password for ${whom}`} bold />
      <Line text="" />
      <Box flexShrink={0}>
        <Line text=" Password: " />
        <TextInput state={overlay.text} width={Math.max(10, props.width - 14)} mask />
      </Box>
      <Line text="" />
      <Line as="quiet" text=" It is kept in memory only, and used for sudo too where no other is given." />
    </>
  );
}
