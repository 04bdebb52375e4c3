/** The two wires between the screen and the services. Which call or event it is, is part of the message. */
export const callChannel = 'till:call';
export const eventChannel = 'till:event';
