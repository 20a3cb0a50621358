/** What a person types on a node's own console to see the key that it shows. */
export const showHostKey = 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub';
