"""Surveys of needs: asked of an employer's people or a territory's, counted without whoever answers."""
