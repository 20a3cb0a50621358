/** The volume group that Ubuntu's installer makes. */
export const defaultGroup = 'ubuntu-vg';
