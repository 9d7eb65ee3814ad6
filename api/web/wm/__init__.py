"""The welfare manager's room: who asks for help, whose papers wait, who may serve, and acting for somebody."""
