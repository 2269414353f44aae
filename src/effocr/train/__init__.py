"""Training of localizers and recognizers; the only room that knows torch."""

from effocr.train.vision import declare_operators

declare_operators()  # before anything here imports lightning or timm, which import torchvision
