"""The municipality's room: its social funds, the applications of its citizens, and what they pay by their means."""
