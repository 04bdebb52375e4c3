/** The two channels between the screen and the services. The message says which call or event it is. */
export const callChannel = 'till:call';
export const eventChannel = 'till:event';
