"""Songs as people hand them over, files and waveforms: checked, read, remembered, recognised."""
