"""Networks on Theano's GPU back end: a card's part is played by the processor, through OpenCL.

What is compiled for a GPU needs processes of its own, since the device is chosen when Theano is
imported, and since a kernel that does not build ends the process. `worker` is such a process,
`networks` says what it builds, `residence` what stays on the device.
"""
